import { RefusedError } from '#outcome/outcome.js';
import { differencesIn, verifyEverything as verifyAll } from '../../../checks.js';
import type { Demo } from '../demo.js';
import { number } from '../story.js';

/** @throws RefusedError when a figure is not what its facts and decisions make */
export async function verifyEverything({ story, running }: Demo): Promise<void> {
  const startedAt = performance.now();
  const verification = await verifyAll(running.program);
  const { checks } = verification;
  const width = Math.max(...checks.map((check) => check.name.length));
  for (const check of checks) {
    story.line(
      `${check.name.padEnd(width)}  ${number(check.compared).padStart(10)} compared  ${check.differences.length === 0 ? 'no difference' : `${check.differences.length} DIFFERENCES`}`,
    );
    for (const difference of check.differences.slice(0, 3)) story.line(`  ${difference}`);
  }
  const differences = differencesIn(verification);
  const compared = checks.reduce((sum, check) => sum + check.compared, 0);
  story.line();
  if (differences > 0) {
    throw new RefusedError({
      code: 'differences-found',
      message: `Verification found ${differences} differences. "fairline verify" lists them.`,
    });
  }
  story.line(
    `${number(compared)} figures compared in ${((performance.now() - startedAt) / 1000).toFixed(1)} s: no difference.`,
  );
}
