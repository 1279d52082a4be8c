import { ExplainRateHandler } from './explain-rate/explain-rate.js';
import { LoadTariffHandler } from './load-tariff/load-tariff.js';

export const ratingProviders = [LoadTariffHandler, ExplainRateHandler];
