import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { AMSTERDAM } from '#calendar/billing-zone.js';
import { addDays, localDate, period } from '#calendar/local-date.js';
import type { Settings } from '#platform/config/settings.js';
import { simulate } from '#simulation/simulate.js';
import { valueOf } from '../face.js';
import { type RunningFairline, startFairline } from '../start-fairline.js';
import type { Terminal } from '../terminal.js';
import type { Demo } from './demo.js';
import { writeCallsByCut } from './calls-by-cut.js';
import { emptyDirectory } from './fresh-directory.js';
import { MailCatcher } from './mail-catcher.js';
import { billTheMonth } from './steps/bill-the-month.js';
import { judge, judgeAfterDeadline } from './steps/judge.js';
import { loadCalls, loadReferenceData } from './steps/load.js';
import { sendNotices } from './steps/send-notices.js';
import { showUsage } from './steps/show-usage.js';
import { takeMeasure } from './steps/take-measure.js';
import { verifyEverything } from './steps/verify-everything.js';
import { Story, number } from './story.js';

export interface DemoOptions {
  readonly accounts: number;
  readonly seed: number;
  /** The API stays up afterwards, on the port of the settings. */
  readonly stays: boolean;
}

const DAYS = 62;
const PERIOD = period('2026-10');
/** The first look; then the deadline of seven days and seven complete days after it have passed; then the month is over. */
const LOOKS = [localDate('2026-10-08'), localDate('2026-10-23'), localDate('2026-11-02')] as const;
const CALLS_UNTIL = '06:15';
const JUDGED_AT = '06:30';

/** The main job, end to end, told as it happens. Every step is what the command line and the API do. */
export async function runDemo(
  given: Settings,
  options: DemoOptions,
  terminal: Terminal,
): Promise<{ running: RunningFairline; stop: () => Promise<void> }> {
  const story = new Story(terminal.stdout);
  const dataDirectory = join(given.dataDirectory, 'demo');
  await emptyDirectory(dataDirectory);
  const catcher = new MailCatcher(join(dataDirectory, 'mail'));
  const settings: Settings = {
    ...given,
    dataDirectory,
    databaseUrl: undefined,
    kafkaBrokers: [],
    smtpUrl: await catcher.listen(),
    port: options.stays ? given.port : 0,
  };
  let running: RunningFairline;
  try {
    running = await startFairline(settings, { timers: false });
  } catch (error) {
    await catcher.close();
    throw error;
  }
  const stop = async () => {
    await running.stop();
    await catcher.close();
  };
  try {
    const simulation = simulate({ accounts: options.accounts, days: DAYS, seed: options.seed });
    await tell({ story, running, simulation, catcher, settings, stepTo: stepperOf(running) });
    story.line();
    story.line(
      `Told in ${story.seconds.toFixed(0)} s. Data: ${relative(process.cwd(), dataDirectory) || dataDirectory}`,
    );
    if (options.stays) {
      story.line(
        `The API stays up: ${running.url}/v1 (token in ${join(dataDirectory, 'api-token')}). Ctrl-C ends it.`,
      );
    }
    return { running, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function tell(demo: Demo): Promise<void> {
  const { story, simulation, settings } = demo;
  const directory = join(settings.dataDirectory, 'simulated');
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of [
    ['catalogue.yaml', simulation.catalogue],
    ['tariff.csv', simulation.tariff],
    ['accounts.jsonl', simulation.accounts],
  ] as const)
    writeFileSync(join(directory, name), text);
  const callsOf = (part: number) => join(directory, `calls-${part + 1}.jsonl`);
  // A day is complete once every switch has shown an instant past its end.
  const cuts = LOOKS.map((day) => AMSTERDAM.at(day, CALLS_UNTIL));

  story.heading(
    `${number(simulation.options.accounts)} customers and ${DAYS} days of calls are made up (seed ${simulation.options.seed})`,
  );
  const manifest = await writeCallsByCut(simulation, cuts, callsOf);
  story.line(
    `${number(manifest.records)} call records from ${simulation.options.from} through ${simulation.lastDay}, in ${relative(process.cwd(), directory)}`,
  );
  await demo.stepTo(AMSTERDAM.at(LOOKS[0], JUDGED_AT));
  await loadReferenceData(demo);

  story.heading(`It is ${LOOKS[0]}: calls come in`);
  await loadCalls(demo, callsOf(0));
  await showUsage(demo, simulation.options.from, addDays(LOOKS[0], -1));

  story.heading('Every day is judged against the average customer');
  const cases = await judge(demo, addDays(LOOKS[0], -1));

  story.heading('The account manager has the customers told');
  await sendNotices(demo, cases);

  story.heading(`It is ${LOOKS[1]}: the deadline and seven days after it have passed`);
  await demo.stepTo(AMSTERDAM.at(LOOKS[1], JUDGED_AT));
  await loadCalls(demo, callsOf(1));
  const continued = await judgeAfterDeadline(demo, addDays(LOOKS[1], -1));

  story.heading('One who went on: the unlimited plan ends, with retroactive effect');
  const changed = await takeMeasure(demo, continued);

  story.heading(`It is ${LOOKS[2]}: October is over, its invoices are drafted`);
  await demo.stepTo(AMSTERDAM.at(LOOKS[2], JUDGED_AT));
  await loadCalls(demo, callsOf(2));
  await billTheMonth(demo, PERIOD, changed);

  story.heading('Everything is computed again, by a second path, and compared');
  await verifyEverything(demo);
}

function stepperOf(running: RunningFairline): Demo['stepTo'] {
  return async (at) => {
    valueOf(await running.program.clock.stepTo(at));
  };
}
