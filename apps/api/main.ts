import { allContexts } from '../contexts.js';
import { runApiService } from './api-service.js';

/** The HTTP API: it decides and shows; what follows from decisions is done by the other services. */
await runApiService(allContexts);
