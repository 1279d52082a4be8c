import { LoadAccountsHandler } from './load-accounts/load-accounts.js';

export const accountsProviders = [LoadAccountsHandler];
