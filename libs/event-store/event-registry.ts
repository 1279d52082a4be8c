import type { EventDefinition } from './event.js';

/** The event types that a program knows; contexts bring theirs along. */
export class EventRegistry {
  private readonly definitions = new Map<string, EventDefinition>();

  constructor(definitions: readonly EventDefinition[] = []) {
    this.register(...definitions);
  }

  /** @throws RangeError when a type is defined twice */
  register(...definitions: readonly EventDefinition[]): void {
    for (const definition of definitions) {
      if (this.definitions.has(definition.type)) throw new RangeError(`${definition.type} is defined twice`);
      this.definitions.set(definition.type, definition);
    }
  }

  /** @throws Error for a type that nobody registered */
  definitionOf(type: string): EventDefinition {
    const definition = this.definitions.get(type);
    if (definition === undefined) {
      throw new Error(
        `Event type ${type} is not known to this program. Register its definition, or run the version that wrote it.`,
      );
    }
    return definition;
  }

  get all(): EventDefinition[] {
    return [...this.definitions.values()];
  }

  /**
   * Data as it was stored, in the form of the current version.
   * @throws Error when the stored version is newer than this program, or the data does not fit its schema
   */
  upcast(type: string, version: number, data: unknown): unknown {
    const definition = this.definitionOf(type);
    if (version > definition.version) {
      throw new Error(
        `${type} is stored in version ${version}; this program knows up to ${definition.version}`,
      );
    }
    let current = data;
    for (let from = version; from < definition.version; from += 1)
      current = definition.upcasters[from]?.(current);
    const parsed = definition.schema.safeParse(current);
    if (!parsed.success)
      throw new Error(`${type} version ${version} does not fit its schema: ${parsed.error.message}`);
    return parsed.data;
  }
}
