import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { CaseFile } from '../store/case-file.js';
import { type CaseListFilter, CaseReader } from '../store/case-reader.js';

/** Newest first, a page at a time. */
export class ListCases extends Query<CaseFile[]> {
  constructor(readonly filter: CaseListFilter = {}) {
    super();
  }
}

@QueryHandler(ListCases)
export class ListCasesHandler implements IQueryHandler<ListCases> {
  constructor(private readonly reader: CaseReader) {}

  async execute({ filter }: ListCases): Promise<CaseFile[]> {
    return this.reader.list(filter);
  }
}
