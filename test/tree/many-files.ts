/** `count` C files and a header that call each other, take locks, and stand in each other's slots; always the same. */
export function manyFiles(count: number): Record<string, string> {
  const files: Record<string, string> = {
    'include/linux/box.h': [
      'struct box_ops { void (*open)(struct box *box); int (*close)(struct box *box); };',
      'struct box { struct mutex lock; spinlock_t irq_lock; const struct box_ops *ops; struct box *next; };',
      'static inline void box_enter(struct box *box) { mutex_lock(&box->lock); }',
      'static inline void box_leave(struct box *box) { mutex_unlock(&box->lock); }',
      'DEFINE_GUARD(box, struct box *, box_enter(_T), box_leave(_T))',
    ].join('\n'),
  };
  for (let i = 0; i < count; i++) files[`drivers/box/box${i}.c`] = boxFile(i, count);
  return files;
}

/** One of them; `extra` is put into the body of its open function. */
export function boxFile(i: number, count: number, extra = ''): string {
  const next = (i * 7 + 3) % count;
  return [
    '#include <linux/box.h>',
    `static DEFINE_MUTEX(box${i}_lock);`,
    `void box${i}_take(struct box *box) { mutex_lock(&box${i}_lock); }`,
    `void box${i}_give(struct box *box) { mutex_unlock(&box${i}_lock); }`,
    `static void box${i}_open(struct box *box)`,
    '{',
    `\tbox${i}_take(box);`,
    extra,
    `\tguard(box)(box);`,
    `\tif (box->next)`,
    `\t\tbox${next}_take(box->next);`,
    `\tbox->ops->close(box);`,
    `\tif (box->next)`,
    `\t\tbox${next}_give(box->next);`,
    `\tbox${i}_give(box);`,
    '}',
    `static int box${i}_close(struct box *box) { spin_lock(&box->irq_lock); spin_unlock(&box->irq_lock); return 0; }`,
    `static const struct box_ops box${i}_ops = { .open = box${i}_open, .close = box${i}_close };`,
    '',
  ].join('\n');
}
