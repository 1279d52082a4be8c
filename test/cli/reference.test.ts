import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { commandLine } from '#apps/fairline/cli.js';
import { projectRoot } from '#platform/database/migrations.js';

const PATH = join(projectRoot(), 'docs/reference/cli.md');

describe('docs/reference/cli.md', () => {
  const program = commandLine({
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    environment: {},
    signal: new AbortController().signal,
  });

  it('is what --help says (FAIRLINE_UPDATE_DOCS=1 writes it anew)', () => {
    const text = `# Command line\n\nWritten from \`--help\`; a test compares.\n\n${sections(program, []).join('\n\n')}\n`;
    if (process.env.FAIRLINE_UPDATE_DOCS === '1') writeFileSync(PATH, text);
    expect(readFileSync(PATH, 'utf8')).toBe(text);
  });

  it('every command that does something shows an example', () => {
    const without = leaves(program, []).filter(({ help }) => !help.includes('Example: '));
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

function sections(command: Command, above: readonly string[]): string[] {
  const name = [...above, command.name()];
  return [
    `## ${name.join(' ')}\n\n\`\`\`text\n${helpOf(command).trim()}\n\`\`\``,
    ...command.commands.flatMap((sub) => sections(sub, name)),
  ];
}

function leaves(command: Command, above: readonly string[]): { name: string; help: string }[] {
  const name = [...above, command.name()];
  if (command.commands.length > 0) return command.commands.flatMap((sub) => leaves(sub, name));
  return [{ name: name.join(' '), help: helpOf(command) }];
}

function helpOf(command: Command): string {
  let text = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  command.configureOutput({ writeOut: writeOut ?? (() => undefined) });
  return text;
}
