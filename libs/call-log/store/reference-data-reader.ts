import { Injectable } from '@nestjs/common';
import { readAssignments } from '#accounts/store/assignments-reader.js';
import { readCatalogue } from '#catalogue/store/catalogue-store.js';
import { readReferenceHead } from '#catalogue/store/reference-head.js';
import { Database } from '#platform/database/database.js';
import { readTariffBook } from '#rating/store/tariff-store.js';
import type { ReferenceData } from '../domain/rate-record.js';

const KEPT = 2;

/**
 * The reference data as known at a position. Each state is immutable, so the last ones are kept; a batch that is retried after a crash
 * asks for the state by which it was pinned.
 */
@Injectable()
export class ReferenceDataReader {
  private readonly kept = new Map<number, Promise<ReferenceData>>();

  constructor(private readonly database: Database) {}

  async current(): Promise<ReferenceData> {
    return this.at(await readReferenceHead(this.database));
  }

  async at(position: number): Promise<ReferenceData> {
    const known = this.kept.get(position);
    if (known !== undefined) return known;
    const reading = this.read(position);
    this.kept.set(position, reading);
    reading.catch(() => this.kept.delete(position));
    const oldest = this.kept.keys().next().value;
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
    return reading;
  }

  private async read(position: number): Promise<ReferenceData> {
    return this.database.snapshot(async (snapshot) => ({
      position,
      assignments: await readAssignments(snapshot, position),
      catalogue: await readCatalogue(snapshot, position),
      tariffs: await readTariffBook(snapshot, position),
    }));
  }
}
