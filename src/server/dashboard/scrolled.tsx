import type { Child, FC } from 'hono/jsx';

/** A part that scrolls sideways when it is too wide; named and reachable by keys, so that it can be scrolled with them. */
export const Scrolled: FC<{ label: string; children?: Child }> = ({ label, children }) => (
  <section class="scroll" aria-label={`${label}: contents`} tabindex={0}>
    {children}
  </section>
);
