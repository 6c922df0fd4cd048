export const countText = (count: number, locale?: string): string =>
  count.toLocaleString(locale, { maximumFractionDigits: 0 });

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytesText(bytes: number, locale?: string): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 100 ? 0 : 1;
  return `${amount.toLocaleString(locale, { maximumFractionDigits: digits })} ${units[unit]}`;
}

/** `1 row`, `1,024 rows`. */
export const countOf = (count: number, one: string, locale?: string): string =>
  `${countText(count, locale)} ${count === 1 ? one : `${one}s`}`;
