import type { CommitSpec } from './git-repository.ts';

// A small driver with two locks that are always taken in one order, and commits that take them in the other.

const HEAD = `#include <linux/mutex.h>

static DEFINE_MUTEX(table_lock);
static DEFINE_MUTEX(entry_lock);
static int entries;

`;

const ADD = `int entry_add(void)
{
\tmutex_lock(&table_lock);
\tmutex_lock(&entry_lock);
\tentries++;
\tmutex_unlock(&entry_lock);
\tmutex_unlock(&table_lock);
\treturn 0;
}

`;

const DROP = `void entry_drop(void)
{
\tmutex_lock(&table_lock);
\tmutex_lock(&entry_lock);
\tentries--;
\tmutex_unlock(&entry_lock);
\tmutex_unlock(&table_lock);
}
`;

const INVERTED = DROP.replace(
  '\tmutex_lock(&table_lock);\n\tmutex_lock(&entry_lock);\n',
  '\tmutex_lock(&entry_lock);\n\tmutex_lock(&table_lock);\n',
).replace(
  '\tmutex_unlock(&entry_lock);\n\tmutex_unlock(&table_lock);\n',
  '\tmutex_unlock(&table_lock);\n\tmutex_unlock(&entry_lock);\n',
);

/** The files of the base branch. */
export const BASE_FILES: Readonly<Record<string, string>> = {
  Makefile: 'obj-y += table.o\n',
  'drivers/table.c': `${HEAD}${ADD}${DROP}`,
  'drivers/other.c': 'int other(void)\n{\n\treturn 1;\n}\n',
};

/** A commit that takes the two locks the other way round in one function. */
export const INVERTING: CommitSpec = {
  message:
    'table: drop entries under their own lock first\n\nSo that nobody waits.\n\nSigned-off-by: Ada Author <ada@example.org>',
  files: { 'drivers/table.c': `${HEAD}${ADD}${INVERTED}` },
};

/** A commit that does no harm. */
export const HARMLESS: CommitSpec = {
  message: 'other: return two\n\nSigned-off-by: Ada Author <ada@example.org>',
  files: { 'drivers/other.c': 'int other(void)\n{\n\treturn 2;\n}\n' },
};
