import type { Program } from '../program.js';

/** The program that the application is a part of; known once it is whole. */
export class RunningProgram {
  program: Program | undefined;

  /** @throws Error while the program is being put together; nobody can ask then */
  whole(): Program {
    if (this.program === undefined) throw new Error('The program is still starting');
    return this.program;
  }
}
