import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { REPOSITORY, listed } from './repository-files.js';

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const pages = listed('').filter((file) => file.endsWith('.md'));

/** Links of a page to files of this repository, without their anchors. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(REPOSITORY, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  return [...text.matchAll(LINK)]
    .map(([, target]) => (target ?? '').replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

describe('the documentation', () => {
  it('links only to files that exist', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((target) => !existsSync(join(REPOSITORY, dirname(page), target)))
        .map((target) => `${page} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('has a page for every context', () => {
    const libs = new Set(
      listed('libs')
        .map((file) => file.split('/')[1] ?? '')
        .filter((lib) => !['money', 'calendar', 'numbering', 'outcome'].includes(lib)),
    );
    expect([...libs].filter((lib) => !existsSync(join(REPOSITORY, 'docs', 'contexts', `${lib}.md`)))).toEqual(
      [],
    );
  });

  it('can be reached from the README and the architecture page, or from what they link to', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const target of linksOf(page)) {
        const path = relative(REPOSITORY, join(REPOSITORY, dirname(page), target));
        if (path.endsWith('.md')) reached.add(path);
        else for (const inside of pages) if (dirname(inside) === path.replace(/\/$/, '')) reached.add(inside);
      }
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});
