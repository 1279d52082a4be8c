import type { Publication } from '#publication/publication.js';
import { enforcementPublication } from './enforcement-publication.js';
import { fairUsePublication } from './fair-use-publication.js';

/** Everything that fair use tells to others. */
export const fairUsePublications: readonly Publication[] = [fairUsePublication, enforcementPublication];
