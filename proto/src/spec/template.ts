import { Liquid, LiquidError } from 'liquidjs';

/** These read other templates from a disk; a mapping stands alone. */
const tagsThatReadFiles = ['include', 'render', 'layout', 'block'];

const liquid = new Liquid({ strictFilters: true, strictVariables: true });
tagsThatReadFiles.forEach((tag) => delete liquid.tags[tag]);

/** What is wrong with a template's grammar; which variables exist is known only to the query. */
export function templateProblem(template: string): string | undefined {
  if (template.length > 100_000) return 'A template is at most 100,000 characters long.';
  try {
    liquid.parse(template);
    return undefined;
  } catch (error) {
    if (error instanceof LiquidError) return `This is not valid Liquid: ${reasonOf(error)}.`;
    throw error;
  }
}

/** The library's own words, without the place in the template that it appends for its log. */
const reasonOf = (error: LiquidError): string =>
  error.message.replace(/, (?:file|line):?[\s\S]*$/, '').replace(/\.$/, '');
