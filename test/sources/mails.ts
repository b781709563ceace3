/** A mail as it lies in an archive. */
export function rawMail(given: {
  subject: string;
  id: string;
  re?: string;
  body?: string;
  from?: string;
  date?: string;
}): string {
  const { subject, id, re, body = 'Text.\n', from = 'Ada Love <ada@example.org>', date } = given;
  return [
    `From: ${from}`,
    'To: kernel@list.example',
    `Subject: ${subject}`,
    `Date: ${date ?? 'Sun, 1 Mar 2026 10:00:00 +0000'}`,
    `Message-ID: <${id}>`,
    ...(re ? [`In-Reply-To: <${re}>`, `References: <${re}>`] : []),
    'Content-Type: text/plain; charset=utf-8',
    '',
    body,
  ].join('\n');
}

/** The body of a patch that changes one line of a C file into a line that names `value`. */
export function patchText(value: string, notes = '', file = 'lib/a.c'): string {
  const diff = `diff --git a/${file} b/${file}\nindex 1111111..2222222 100644\n--- a/${file}\n+++ b/${file}\n@@ -1,3 +1,3 @@\n int f(void) {\n-\treturn 0;\n+\treturn ${value};\n }\n`;
  return `Why it is needed.\n\nSigned-off-by: Ada Love <ada@example.org>\n---\n${notes} ${file} | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\n${diff}-- \n2.43.0\n`;
}

/** A series of one cover letter and two patches; ids are `v<version>-0@example.org` and so on. */
export function seriesMails(
  version: number,
  given: { notes?: string; title?: string; day?: number; subject?: (text: string) => string } = {},
): string[] {
  const { notes = '', title = 'lib: return better values', day = version } = given;
  const tag = version === 1 ? 'PATCH' : `PATCH v${version}`;
  const date = (minute: number) => `${dayName(day)}, ${day} Mar 2026 10:${String(minute).padStart(2, '0')}:00 +0000`;
  const id = (n: number) => `v${version}-${n}@example.org`;
  return [
    rawMail({ subject: `[${tag} 0/2] ${title}`, id: id(0), date: date(0), body: `What it is about.\n\n${notes}\n` }),
    rawMail({ subject: `[${tag} 1/2] lib: a`, id: id(1), re: id(0), date: date(1), body: patchText(`${version}`) }),
    rawMail({
      subject: `[${tag} 2/2] lib: b`,
      id: id(2),
      re: id(0),
      date: date(2),
      body: patchText(`${version}0`, '', 'lib/b.c'),
    }),
  ];
}

function dayName(day: number): string {
  return new Date(Date.UTC(2026, 2, day)).toUTCString().slice(0, 3);
}
