/**
 * The vocabulary of settings. Forms, validation, redaction and types all follow from a definition's
 * fields, so a connector never parses its settings itself.
 */
interface FieldCommon {
  label: string;
  help?: string;
  /** Where it has a `when`: required while it applies. */
  required?: boolean;
  /** Absent: it always applies. */
  when?: When;
}

/**
 * A field that applies only while another one has one of these values. A form shows it only then; given all the same it
 * is refused; and its value is undefined otherwise, whatever its default.
 */
export interface When {
  /** A choice or a flag before it among the same fields; for a secret: a setting, or a secret before it. */
  field: string;
  is: readonly (string | boolean)[];
}

export interface TextField extends FieldCommon {
  type: 'text';
  default?: string;
  /** What one looks like, shown in the empty form. At most 200 characters; never a secret. */
  example?: string;
  /** What `list` gives for the connection, or for the sync's object, is offered beside free text. */
  choicesFrom?: 'connection' | 'object';
}
export interface NumberField extends FieldCommon {
  type: 'number';
  default?: number;
  minimum?: number;
  maximum?: number;
}
export interface BooleanField extends FieldCommon {
  type: 'boolean';
  default?: boolean;
}
export interface ChoiceField extends FieldCommon {
  type: 'choice';
  choices: readonly string[];
  default?: string;
}
export interface TextListField extends FieldCommon {
  type: 'textList';
  default?: readonly string[];
  /** One item. */
  example?: string;
}
export interface TextMapField extends FieldCommon {
  type: 'textMap';
}
/** Strict Liquid over the record's fields. */
export interface TemplateField extends FieldCommon {
  type: 'template';
  default?: string;
  example?: string;
}
export interface GroupField extends FieldCommon {
  type: 'group';
  fields: Fields;
}
export type Field =
  | TextField
  | NumberField
  | BooleanField
  | ChoiceField
  | TextListField
  | TextMapField
  | TemplateField
  | GroupField;

export type Fields = Readonly<Record<string, Field>>;

type ValueOf<F extends Field> = F extends { type: 'number' }
  ? number
  : F extends { type: 'boolean' }
    ? boolean
    : F extends { type: 'choice'; choices: readonly (infer C)[] }
      ? C
      : F extends { type: 'textList' }
        ? readonly string[]
        : F extends { type: 'textMap' }
          ? Readonly<Record<string, string>>
          : F extends { type: 'group'; fields: infer G extends Fields }
            ? SettingsOf<G>
            : string;

type AlwaysThere<F extends Field> = F extends { when: When }
  ? false
  : F extends { required: true }
    ? true
    : F extends { default: string | number | boolean | readonly string[] }
      ? true
      : false;

/** The settings that a definition's fields promise, with defaults filled in. */
export type SettingsOf<F extends Fields> = {
  readonly [N in keyof F]: AlwaysThere<F[N]> extends true
    ? ValueOf<F[N]>
    : ValueOf<F[N]> | undefined;
};

/** Resolved secrets; they exist in the agent's memory alone. */
export type SecretsOf<F extends Fields> = {
  readonly [N in keyof F]: AlwaysThere<F[N]> extends true ? string : string | undefined;
};
