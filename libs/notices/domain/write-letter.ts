import type { Letter, LetterOrder, LetterSection } from './letter-facts.js';
import { amountInWords, dayInWords, ordinal } from './letter-words.js';
import type { Language } from './notice-event.js';

/**
 * The letter to a customer whose use is excessive: what was seen, by when to stop, what follows otherwise, whom to ask. The time to stop
 * counts from the day of receipt, which nobody knows while writing; so the letter gives the rule ("the 7th day after the day you
 * receive this") and its date for receipt on the day of writing. Whoever receives it later has later, and never less, than it says.
 */
export function writeLetter(order: LetterOrder): Letter {
  return WRITERS[order.language](order);
}

const WRITERS: Readonly<Record<Language, (order: LetterOrder) => Letter>> = { nl: inDutch, en: inEnglish };

function inDutch(order: LetterOrder): Letter {
  const day = (date: LetterOrder['stopBy']) => dayInWords(date, 'nl');
  const estimate =
    order.estimateCents === null
      ? []
      : [
          `Ter indicatie: doorgaan zoals nu kost tegen de reguliere tarieven naar schatting ${amountInWords(order.estimateCents, 'nl')} (zonder btw).`,
        ];
  return {
    language: 'nl',
    subject: `Buitensporig gebruik van onbeperkt bellen: wij vragen u direct te stoppen (klant ${order.account})`,
    greeting: `Geachte heer of mevrouw van ${order.accountName},`,
    sections: [
      {
        heading: null,
        paragraphs: [
          'U belt bij ons onbeperkt. Daarbij is afgesproken dat het gebruik niet buitensporig is: niet over een langere periode duidelijk meer dan de gemiddelde klant met onbeperkt bellen. Uw gebruik is dat nu wel. In deze brief leest u wat wij zien, wat wij van u vragen en wat er gebeurt als het gebruik doorgaat.',
        ],
      },
      seen(
        order,
        'Wat wij zien',
        `De grens is overschreden op de dagen van ${day(order.firstDay)} tot en met ${day(order.lastDay)}.`,
      ),
      {
        heading: 'Wat wij van u vragen',
        paragraphs: [
          `Stop direct met dit gebruik, en uiterlijk op de ${ordinal(order.deadlineDays, 'nl')} dag na de dag waarop u dit bericht ontvangt. Ontvangt u het op ${day(order.writtenOn)}, dan is dat uiterlijk ${day(order.stopBy)} (tot het einde van die dag). Ontvangt u het later, dan schuift die dag evenveel op.`,
          'Daarna kijken wij opnieuw, alleen naar de dagen na die datum. Bent u gestopt, dan is de zaak voor ons afgedaan en hoeft u niets te doen.',
        ],
      },
      {
        heading: 'Wat er gebeurt als het doorgaat',
        paragraphs: [
          'Gaat het gebruik na die dag door, dan mogen wij zonder nadere ingebrekestelling een of meer van deze maatregelen nemen:',
          [
            'uw toegang tijdelijk of blijvend beperken;',
            'onbeperkt bellen opschorten, beperken of beëindigen;',
            'het onbeperkte abonnement beëindigen en de gesprekskosten met terugwerkende kracht tegen de reguliere tarieven in rekening brengen.',
          ],
          ...estimate,
        ],
      },
      {
        heading: 'Vragen, of klopt dit niet?',
        paragraphs: [
          `Is er een verklaring voor dit gebruik, of herkent u het niet (bijvoorbeeld omdat iemand anders met uw toestellen belt)? Antwoord dan op dit bericht of schrijf naar ${order.sender.address}. Een medewerker kijkt ernaar.`,
        ],
      },
    ],
    closing: ['Met vriendelijke groet,', order.sender.name],
    reference: `Klant ${order.account}. Kenmerk ${order.noticeId}.`,
  };
}

function inEnglish(order: LetterOrder): Letter {
  const day = (date: LetterOrder['stopBy']) => dayInWords(date, 'en');
  const estimate =
    order.estimateCents === null
      ? []
      : [
          `As an indication: going on as now costs an estimated ${amountInWords(order.estimateCents, 'en')} at the regular tariffs (without VAT).`,
        ];
  return {
    language: 'en',
    subject: `Excessive use of unlimited calling: we ask you to stop at once (customer ${order.account})`,
    greeting: `Dear Sir or Madam of ${order.accountName},`,
    sections: [
      {
        heading: null,
        paragraphs: [
          'You have unlimited calling with us. It was agreed that its use is not excessive: not, over a longer period, clearly more than that of the average customer with unlimited calling. Your use now is. This letter says what we see, what we ask of you, and what happens if the use goes on.',
        ],
      },
      seen(
        order,
        'What we see',
        `The limit was exceeded on the days from ${day(order.firstDay)} to ${day(order.lastDay)}, both included.`,
      ),
      {
        heading: 'What we ask of you',
        paragraphs: [
          `Stop this use at once, and at the latest on the ${ordinal(order.deadlineDays, 'en')} day after the day on which you receive this message. If you receive it on ${day(order.writtenOn)}, that is ${day(order.stopBy)} (to the end of that day). If you receive it later, that day moves by as much.`,
          'After that we look again, only at the days after that date. If you have stopped, the matter is closed for us and you need not do anything.',
        ],
      },
      {
        heading: 'What happens if it goes on',
        paragraphs: [
          'If the use goes on after that day, we may take one or more of these measures without further notice of default:',
          [
            'limit your access, temporarily or not;',
            'suspend, limit or end unlimited calling;',
            'end the unlimited subscription and charge the call costs at the regular tariffs with retroactive effect.',
          ],
          ...estimate,
        ],
      },
      {
        heading: 'Questions, or is this not right?',
        paragraphs: [
          `Is there an explanation for this use, or do you not recognise it (for example because somebody else calls with your phones)? Then answer this message or write to ${order.sender.address}. A person will look at it.`,
        ],
      },
    ],
    closing: ['Kind regards,', order.sender.name],
    reference: `Customer ${order.account}. Reference ${order.noticeId}.`,
  };
}

function seen(order: LetterOrder, heading: string, days: string): LetterSection {
  const breaches = order.breaches.map((breach) => breach.sentences[order.language].join(' '));
  return { heading, paragraphs: breaches.length === 1 ? [...breaches, days] : [breaches, days] };
}
