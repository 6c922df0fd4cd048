import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent } from 'react';

export interface AccountField {
  name: string;
  label: string;
  kind: 'text' | 'email' | 'password';
  autoComplete: string;
  description?: string;
}

interface AccountFormProps {
  fields: readonly AccountField[];
  button: string;
  /** With what was typed, by the fields' names. A sentence says why it did not work. */
  send(typed: Record<string, string>): Promise<string | undefined>;
}

/** Asks for some texts and sends them; says what was wrong beside the button. */
export function AccountForm({ fields, button, send }: AccountFormProps) {
  const [refusal, setRefusal] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const typed = fields.map(({ name }) => [name, String(form.get(name) ?? '')] as const);
    setIsBusy(true);
    setRefusal(undefined);
    setRefusal(await send(Object.fromEntries(typed)));
    setIsBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        {fields.map((field) => (
          <Field key={field.name} {...field} />
        ))}
        <div role="alert">
          {refusal && (
            <Text size="sm" c="var(--mantine-color-error)">
              {refusal}
            </Text>
          )}
        </div>
        <Button type="submit" fullWidth loading={isBusy}>
          {button}
        </Button>
      </Stack>
    </form>
  );
}

function Field({ kind, description, ...rest }: AccountField) {
  const props = {
    ...rest,
    required: true,
    withAsterisk: false,
    ...(description && { description }),
  };
  if (kind !== 'password') return <TextInput {...props} type={kind} />;
  return (
    <PasswordInput
      {...props}
      minLength={rest.autoComplete === 'new-password' ? 12 : 1}
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
    />
  );
}

export const emailField: AccountField = {
  name: 'email',
  label: 'Email',
  kind: 'email',
  autoComplete: 'username',
};

export const passwordField: AccountField = {
  name: 'password',
  label: 'Password',
  kind: 'password',
  autoComplete: 'current-password',
};

export const newPasswordField: AccountField = {
  ...passwordField,
  autoComplete: 'new-password',
  description: '12 characters or more.',
};

export const nameField: AccountField = {
  name: 'name',
  label: 'Your name',
  kind: 'text',
  autoComplete: 'name',
};
