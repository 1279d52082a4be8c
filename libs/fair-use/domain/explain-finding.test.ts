import { explainFinding } from './explain-finding.js';
import { callOn, dailyCalls, judgeThrough, ordinaryCustomers } from './testing/days.js';
import type { JudgedCall } from './judged-call.js';

const others = ordinaryCustomers(20, 20);

function findingOf(calls: readonly JudgedCall[], n: number) {
  const finding = judgeThrough({ customers: [...others, { account: 'X', calls }] }, n)[n - 1]?.findings[0];
  if (finding === undefined) throw new Error('no finding to explain');
  return finding;
}

describe('a finding is explained with its figures, its comparison and its limits', () => {
  it('use far above the average', () => {
    const finding = findingOf(dailyCalls(61.25, 1, 30), 30);
    expect(explainFinding(finding, 'en')).toBe(
      'The days from 3 September 2026 through 30 September 2026 were looked at. On average, each user called 61.25 minutes a day; a comparable customer calls 20 minutes, and up to 30 minutes is normal use. On 28 days it was also clearly more than others called on the same day; the limit is reached at 10 such days. The comparison is with 20 other customers on the same plan.',
    );
    expect(explainFinding(finding, 'nl')).toBe(
      'Bekeken zijn de dagen van 3 september 2026 tot en met 30 september 2026. Er is per gebruiker gemiddeld 61,25 minuten per dag gebeld; een vergelijkbare klant belt gemiddeld 20 minuten, en tot 30 minuten is gewoon gebruik. Op 28 dagen was het ook duidelijk meer dan anderen op dezelfde dag; bij 10 zulke dagen is de grens bereikt. Vergeleken is met 20 andere klanten met hetzelfde abonnement.',
    );
  });

  it('a line left open', () => {
    const long = [8, 10, 13].map((n) => callOn(n, '12:00', 3.5 * 3_600));
    const text = explainFinding(findingOf([...dailyCalls(10, 1, 14), ...long], 13), 'en');
    expect(text).toContain(
      'One user left a line open for hours (or dialled again at once after it was cut) 3 times',
    );
    expect(text).toContain('The longest time lasted 3.50 hours: u1 to +31201234567.');
  });

  it('bursts of short calls', () => {
    const bursts = [10, 13].flatMap((n) => Array.from({ length: 61 }, () => callOn(n, '12:00', 3)));
    const text = explainFinding(findingOf([...dailyCalls(10, 1, 14), ...bursts], 13), 'nl');
    expect(text).toContain('Op 2 dagen zijn in korte tijd zeer veel heel korte gesprekken gevoerd');
    expect(text).toContain('61 heel korte van 61 gesprekken achter elkaar');
    expect(text).toContain('Van alle gesprekken was 90,37% heel kort');
  });
});
