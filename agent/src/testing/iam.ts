// How AWS decides on one request within one account, as far as our policies need it. Rules, read 2026-11:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// An element that is not known here is an error, never a guess.

export interface Policy {
  Statement: Statement[];
}

interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: unknown;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface IamRequest {
  action: string;
  resource: string;
  /** Keys of the request's context, such as `aws:SecureTransport`; one that is not there is not in the request. */
  context: Readonly<Record<string, string>>;
}

const known = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];

/** An explicit deny of either wins; else an allow of either; else nothing is allowed. */
export function isAllowed(
  request: IamRequest,
  policies: { identity: Policy; resource: Policy },
): boolean {
  const statements = [...policies.identity.Statement, ...policies.resource.Statement];
  const fitting = statements.filter((statement) => fits(statement, request));
  if (fitting.some(({ Effect }) => Effect === 'Deny')) return false;
  return fitting.some(({ Effect }) => Effect === 'Allow');
}

/** The Sids of what denies or allows it, to say why. */
export function reasonsOf(request: IamRequest, policy: Policy): string[] {
  return policy.Statement.filter((statement) => fits(statement, request)).map(
    ({ Effect, Sid = '' }) => `${Effect} ${Sid}`,
  );
}

function fits(statement: Statement, { action, resource, context }: IamRequest): boolean {
  const strange = Object.keys(statement).find((name) => !known.includes(name));
  if (strange) throw new Error(`${strange} is not evaluated here.`);
  if (statement.Principal !== undefined && statement.Principal !== '*')
    throw new Error('Only statements for everybody are evaluated here.');
  return (
    [statement.Action].flat().some((pattern) => isLike(action, pattern, 'i')) &&
    [statement.Resource].flat().some((pattern) => isLike(resource, pattern)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, context[key], [values].flat())),
    )
  );
}

/** A key that the request does not have fulfils a negated operator and no other one. */
function holds(operator: string, value: string | undefined, wanted: string[]): boolean {
  switch (operator) {
    case 'Null':
      return (value === undefined) === (wanted[0] === 'true');
    case 'Bool':
    case 'StringEquals':
      return value !== undefined && wanted.includes(value);
    case 'StringNotEquals':
      return value === undefined || !wanted.includes(value);
    case 'StringLike':
    case 'ArnLike':
      return value !== undefined && wanted.some((pattern) => isLike(value, pattern));
    case 'ArnNotEquals':
      return value === undefined || !wanted.some((pattern) => isLike(value, pattern));
    default:
      throw new Error(`${operator} is not evaluated here.`);
  }
}

function isLike(value: string, pattern: string, flags = ''): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, flags).test(value);
}
