import { LoadCatalogueHandler } from './load-catalogue/load-catalogue.js';

export const catalogueProviders = [LoadCatalogueHandler];
