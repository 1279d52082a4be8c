import type { Settings } from '#platform/config/settings.js';
import type { Context } from '../contexts.js';
import { type Service, runService } from '../service.js';
import { apiApplication } from './api-application.js';

/** The API as a service: its own port beside the health port. */
export async function runApiService(contexts: readonly Context[]): Promise<void> {
  await runService(apiServiceOf(contexts));
}

function apiServiceOf(contexts: readonly Context[]): Service {
  return {
    name: 'api',
    contexts,
    subscriptions: [],
    application: (settings: Settings) => {
      const { listen, create, controllers, providers } = apiApplication(settings);
      return { options: { create, controllers, providers }, listen };
    },
  };
}
