#!/usr/bin/env node
// The build that `npm ci` leaves; the sources are TypeScript.
import '../../../dist/apps/fairline/main.js';
