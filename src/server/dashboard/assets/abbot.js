// Keys and small comforts; every page works without it.
const rows = () => [...document.querySelectorAll('.rows > li')];
const at = () => rows().findIndex((row) => row.hasAttribute('data-current'));

function go(to) {
  const all = rows();
  if (all.length === 0) return;
  const next = Math.max(0, Math.min(all.length - 1, to));
  for (const row of all) row.removeAttribute('data-current');
  all[next].setAttribute('data-current', '');
  all[next].querySelector('a')?.focus();
}

const AREAS = { i: '/', l: '/locks', h: '/health' };
let leader = false;

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target instanceof Element && event.target.closest('input, select, textarea, dialog[open]');
  if (field) {
    if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
    return;
  }
  if (leader && event.key in AREAS) {
    leader = false;
    location.href = AREAS[event.key];
    return;
  }
  leader = event.key === 'g';
  const keys = {
    j: () => go(at() + 1),
    k: () => go(at() < 0 ? 0 : at() - 1),
    '/': () => document.querySelector('[data-search]')?.focus(),
    u: () => {
      location.href = '/';
    },
    '?': () => document.getElementById('keys')?.showModal(),
  };
  const does = keys[event.key];
  if (does) {
    event.preventDefault();
    does();
  }
});

for (const button of document.querySelectorAll('[data-keys]')) {
  button.hidden = false;
  button.addEventListener('click', () => document.getElementById('keys')?.showModal());
}

// Copying of what is shown as text.
document.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
  if (!button) return;
  const from = document.getElementById(button.getAttribute('data-copy'));
  await navigator.clipboard?.writeText(from?.textContent ?? '');
  button.textContent = 'Copied';
});
for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false;

// The graph: wheel and buttons zoom, dragging moves.
for (const svg of document.querySelectorAll('.graph svg')) {
  const box = svg.viewBox.baseVal;
  const zoom = (factor, x = 0.5, y = 0.5) => {
    box.x += box.width * x * (1 - factor);
    box.y += box.height * y * (1 - factor);
    box.width *= factor;
    box.height *= factor;
  };
  svg.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const { left, top, width, height } = svg.getBoundingClientRect();
      zoom(event.deltaY > 0 ? 1.15 : 0.87, (event.clientX - left) / width, (event.clientY - top) / height);
    },
    { passive: false },
  );
  for (const button of document.querySelectorAll('[data-zoom]')) {
    button.hidden = false;
    button.addEventListener('click', () => zoom(Number(button.getAttribute('data-zoom'))));
  }
  let from = null;
  svg.addEventListener('pointerdown', (event) => {
    from = [event.clientX, event.clientY];
  });
  svg.addEventListener('pointermove', (event) => {
    if (from === null || event.buttons === 0) return;
    const scale = box.width / svg.clientWidth;
    box.x -= (event.clientX - from[0]) * scale;
    box.y -= (event.clientY - from[1]) * scale;
    from = [event.clientX, event.clientY];
  });
}
