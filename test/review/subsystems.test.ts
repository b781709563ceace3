import { expect, test } from 'vitest';
import { readSubsystems } from '../../src/review/subsystems.ts';

const MAINTAINERS = `Maintainers List
================

WIDGET BUS
M:	Ada Love <ada@example.org>
F:	drivers/widget/
X:	drivers/widget/old/

WIDGET PORTS
F:	drivers/widget/ports*.c

ALL DRIVERS
F:	drivers/

THE REST
F:	*
F:	*/
`;

test('the sections with the most files come first, of these the narrowest, and the one for all the rest is none', () => {
  const files = ['drivers/widget/ports.c', 'drivers/widget/probe.c'];
  expect(readSubsystems(MAINTAINERS, files)).toEqual(['WIDGET BUS', 'ALL DRIVERS', 'WIDGET PORTS']);
});

test('a file that a section leaves out is not of it', () => {
  expect(readSubsystems(MAINTAINERS, ['drivers/widget/old/a.c'])).toEqual(['ALL DRIVERS']);
});

test('a file of nobody has no subsystem', () => {
  expect(readSubsystems(MAINTAINERS, ['lib/a.c'])).toEqual([]);
});
