import { LoadTariffHandler } from './load-tariff/load-tariff.js';

export const ratingProviders = [LoadTariffHandler];
