import type { ReceiverState } from './receiver-state.js';

/** What arrived, readable in light and dark, on a wide and a narrow screen, without a script; reloads by itself. */
export function pageOf(state: ReceiverState): string {
  const totals = ['added', 'changed', 'removed'].map((what) => {
    const total = state.totals.find((one) => one.what === what);
    return tile(`records ${what}`, total?.taken ?? 0);
  });
  const refused = state.totals.reduce((sum, total) => sum + total.refused, 0);
  const requests = state.totals.reduce((sum, total) => sum + total.requests, 0);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="3">
<title>What the demo's endpoint received</title>
<style>${style}</style>
<h1>What the demo’s endpoint received</h1>
<p>Drawbridge sends the cities with 100,000 inhabitants and more here, over HTTP, up to 200 in a request.</p>
<div class="tiles">${tile('cities held now', state.cities)}${totals.join('')}${tile('records refused', refused)}${tile('requests', requests)}</div>
<h2>Latest requests</h2>
${table(
  ['at', 'what', 'taken', 'refused'],
  state.requests.map(({ at, what, taken, refused: no }) => [
    time(at),
    what,
    number(taken),
    number(no),
  ]),
)}
<h2>Latest cities</h2>
${table(
  ['at', 'city', 'country', 'inhabitants'],
  state.latest.map(({ at, name, country, population }) => [
    time(at),
    name,
    country,
    number(population),
  ]),
)}
<p><small>City data: <a href="https://www.geonames.org/">GeoNames</a>,
<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.</small></p>
</html>
`;
}

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; }
  .tile { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; padding: .75rem; }
  .tile b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: start; padding: .25rem .75rem .25rem 0; white-space: nowrap;
    border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
`;

function tile(label: string, value: number): string {
  return `<div class="tile"><b>${number(value)}</b>${label}</div>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>Nothing yet.</p>';
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('');
  const body = rows.map(
    (cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

function time(at: string): string {
  return at.slice(11, 19);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => names[character] ?? '');
}
