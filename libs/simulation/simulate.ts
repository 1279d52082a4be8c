export type { StreamManifest } from './domain/call-stream.js';
export {
  DEFAULT_FROM,
  MAXIMUM_ACCOUNTS,
  MAXIMUM_DAYS,
  type SettledOptions,
  type SimulationOptions,
  parseSimulationOptions,
} from './domain/options.js';
export type { FairUseRule } from './domain/planted/behaviour.js';
export type { Planted } from './domain/planted/planted.js';
export { type Simulation, simulate } from './domain/simulation.js';
export { type WriteOptions, type WrittenSimulation, writeSimulation } from './write-simulation.js';
