/** Runs inside the page: what a screen reader, a keyboard or weak eyes would stumble over. Empty when all is well. */
export function findPageFaults(): string[] {
  const isShown = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const all = (selector: string): HTMLElement[] =>
    [...document.querySelectorAll<HTMLElement>(selector)].filter(isShown);
  const faults: string[] = [];
  const expectThat = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };

  const nameOf = (element: HTMLElement): string => {
    const labels = element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
    const by = element.getAttribute('aria-labelledby')?.split(' ') ?? [];
    return [
      element.getAttribute('aria-label'),
      ...by.map((id) => document.getElementById(id)?.textContent),
      ...(labels ? [...(element.labels ?? [])].map(({ textContent }) => textContent) : []),
      labels ? '' : element.textContent,
    ]
      .join('')
      .trim();
  };

  expectThat(document.documentElement.lang !== '', 'the page names no language');
  expectThat(document.title.endsWith('· Drawbridge'), `the title is "${document.title}"`);
  expectThat(all('main').length === 1, 'there is not one main landmark');
  expectThat(all('h1').length === 1, `there are ${all('h1').length} h1`);
  for (const element of all('a, button, input, select, [role=button], [role=dialog]'))
    expectThat(nameOf(element) !== '', `without a name: ${element.outerHTML.slice(0, 90)}`);
  for (const table of all('table'))
    expectThat(
      table.querySelector('caption') !== null && table.querySelector('th[scope=col]') !== null,
      'a table without caption or headers',
    );
  for (const list of all('ul, ol'))
    expectThat(
      [...list.children].every(({ tagName }) => tagName === 'LI'),
      'a list holds something other than items',
    );
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  expectThat(new Set(ids).size === ids.length, 'an id is given twice');
  const { scrollWidth, clientWidth } = document.documentElement;
  expectThat(scrollWidth <= clientWidth, `scrolls sideways by ${scrollWidth - clientWidth} px`);
  return faults;
}

/** Runs inside the page: texts whose contrast is below AA (4.5, or 3 where they are large). */
export function findPaleTexts(): string[] {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return ['there is no canvas to measure colours with'];

  /** The colours over each other, the first one at the bottom. */
  const paint = (colours: string[]): number => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    const linear = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };
  const grounds = (element: Element | null): string[] =>
    element ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : [];

  const pale: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent?.trim();
    if (!text || !element?.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      continue;
    if (element.closest('noscript, [disabled], [data-disabled], [aria-hidden=true] button'))
      continue;
    const { width, height } = element.getBoundingClientRect();
    if (width <= 1 || height <= 1) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const ground = ['white', ...grounds(element)];
    const [low = 0, high = 0] = [paint(ground), paint([...ground, color])].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    const px = Number.parseFloat(fontSize);
    const isLarge = px >= 24 || (px >= 18.66 && Number(fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) pale.push(`${contrast.toFixed(2)} "${text.slice(0, 40)}"`);
  }
  return pale;
}
