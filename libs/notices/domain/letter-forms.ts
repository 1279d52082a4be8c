import type { Letter, LetterSection } from './letter-facts.js';

const LINE_LENGTH = 76;

/** The letter as plain text, in lines that every mail program shows as they are. */
export function letterAsText(letter: Letter): string {
  const parts = [letter.greeting, ...letter.sections.map(sectionAsText), letter.closing.join('\n')];
  return `${[...parts, letter.reference].map(wrapLines).join('\n\n')}\n`;
}

function sectionAsText({ heading, paragraphs }: LetterSection): string {
  const texts = paragraphs.map((paragraph) =>
    typeof paragraph === 'string' ? paragraph : paragraph.map((item) => `- ${item}`).join('\n'),
  );
  return [...(heading === null ? [] : [heading.toUpperCase()]), ...texts].join('\n\n');
}

function wrapLines(text: string): string {
  return text.split('\n').map(wrapped).join('\n');
}

function wrapped(line: string): string {
  const indent = line.startsWith('- ') ? '  ' : '';
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (longer.length > LINE_LENGTH && current !== '') {
      lines.push(current);
      current = `${indent}${word}`;
    } else current = longer;
  }
  return [...lines, current].join('\n');
}

/** The letter as HTML: its language named, headings as headings, lists as lists; no image, no script, nothing fetched, no tracking. */
export function letterAsHtml(letter: Letter): string {
  const paragraphs = (text: string) => `<p>${escaped(text)}</p>`;
  return `<!DOCTYPE html>
<html lang="${letter.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(letter.subject)}</title>
</head>
<body style="margin:0;background:#ffffff;color:#1a1a1a">
<main style="max-width:38rem;margin:0 auto;padding:1.5rem;font:1rem/1.5 Arial,Helvetica,sans-serif">
<h1 style="font-size:1.25rem;line-height:1.3">${escaped(letter.subject)}</h1>
${paragraphs(letter.greeting)}
${letter.sections.map(sectionAsHtml).join('\n')}
<p>${letter.closing.map(escaped).join('<br>')}</p>
<p style="font-size:0.875rem;color:#555555">${escaped(letter.reference)}</p>
</main>
</body>
</html>
`;
}

function sectionAsHtml({ heading, paragraphs }: LetterSection): string {
  const title = heading === null ? [] : [`<h2 style="font-size:1.0625rem">${escaped(heading)}</h2>`];
  const parts = paragraphs.map((paragraph) =>
    typeof paragraph === 'string'
      ? `<p>${escaped(paragraph)}</p>`
      : `<ul>\n${paragraph.map((item) => `<li>${escaped(item)}</li>`).join('\n')}\n</ul>`,
  );
  return [...title, ...parts].join('\n');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
