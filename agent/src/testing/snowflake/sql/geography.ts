/** A position is two or three numbers, a line a list of them, and so on downwards. */
type Nested = number | Nested[];

const kinds = [
  'Point',
  'LineString',
  'Polygon',
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
] as const;

/** GeoJSON of well-known text, in Snowflake's order of keys. */
export function geoJsonOf(wkt: string): string {
  const [, word = '', body = ''] = /^\s*([A-Z]+)\s*(?:Z\s*)?\((.*)\)\s*$/is.exec(wkt) ?? [];
  if (word.toUpperCase() === 'GEOMETRYCOLLECTION')
    return JSON.stringify({
      geometries: membersOf(body).map((member) => JSON.parse(geoJsonOf(member)) as unknown),
      type: 'GeometryCollection',
    });
  const type = kinds.find((kind) => kind.toUpperCase() === word.toUpperCase());
  if (!type) throw new Error(`100205/22023/Error parsing WKT input: ${wkt}`);
  const nested = body
    .replace(
      /-?[\d.]+(?:e[+-]?\d+)?(?:\s+-?[\d.]+(?:e[+-]?\d+)?)+/gi,
      (position) => `[${position.trim().replace(/\s+/g, ',')}]`,
    )
    .replaceAll('(', '[')
    .replaceAll(')', ']');
  const coordinates = JSON.parse(type === 'Point' ? nested : `[${nested}]`) as Nested;
  return JSON.stringify({
    coordinates: type === 'MultiPoint' ? positionsOf(coordinates) : coordinates,
    type,
  });
}

/** A multipoint's points may stand in parentheses of their own. */
function positionsOf(nested: Nested): Nested {
  return (nested as Nested[][]).map((point) => (Array.isArray(point[0]) ? point[0] : point));
}

function membersOf(body: string): string[] {
  const members: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= body.length; at += 1) {
    if (body[at] === '(') depth += 1;
    if (body[at] === ')') depth -= 1;
    if (at < body.length && (body[at] !== ',' || depth > 0)) continue;
    members.push(body.slice(from, at));
    from = at + 1;
  }
  return members;
}

/** Well-known text of what TO_GEOGRAPHY takes: GeoJSON, or well-known text itself. */
export function wktOf(text: string): string {
  if (!text.trimStart().startsWith('{')) return text.replace(/^\s*SRID=4326;/i, '');
  const shape = JSON.parse(text) as { type: string; coordinates?: Nested; geometries?: unknown[] };
  if (shape.type === 'Feature')
    return wktOf(JSON.stringify((shape as unknown as { geometry: unknown }).geometry));
  if (shape.geometries)
    return `GEOMETRYCOLLECTION(${shape.geometries.map((one) => wktOf(JSON.stringify(one))).join(',')})`;
  const body = nestedText(shape.coordinates ?? []);
  return `${shape.type.toUpperCase()}${shape.type === 'Point' ? `(${body})` : body}`;
}

function nestedText(nested: Nested): string {
  if (!Array.isArray(nested)) return String(nested);
  if (typeof nested[0] === 'number') return nested.join(' ');
  return `(${nested.map(nestedText).join(',')})`;
}
