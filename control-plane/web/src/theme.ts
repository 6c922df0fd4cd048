import { createTheme } from '@mantine/core';
import type { CSSVariablesResolver, MantineColorsTuple } from '@mantine/core';

const water: MantineColorsTuple = [
  '#e8f6f8',
  '#d3eaee',
  '#a6d4dc',
  '#77bdc9',
  '#57aebd',
  '#3c98a9',
  '#1f7d8e',
  '#11667a',
  '#0c5365',
  '#073f4e',
];

const ink: MantineColorsTuple = [
  '#e6e9ed',
  '#c3c9d1',
  '#a4adb9',
  '#7c8795',
  '#4a5460',
  '#343c46',
  '#262d35',
  '#171c22',
  '#11151a',
  '#0b0e12',
];

export const theme = createTheme({
  colors: { water, dark: ink },
  primaryColor: 'water',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '620' },
});

/** Text colours with a contrast of at least 4.5 : 1 on every ground that we put them on. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--db-ground': '#f6f7f9',
    '--mantine-color-text': '#191e24',
    '--mantine-color-dimmed': '#56606b',
    '--mantine-color-placeholder': '#656f7b',
    '--mantine-color-error': '#b42318',
    '--mantine-color-default-border': '#dde1e6',
    '--db-surface': '#ffffff',
    '--db-sunken': '#f0f2f4',
    '--db-line': '#e2e6ea',
    '--db-good': '#18794e',
    '--db-bad': '#b42318',
    '--db-partial': '#935300',
    '--db-moving': '#11667a',
    '--db-still': '#56606b',
  },
  dark: {
    '--mantine-color-body': '#171c22',
    '--db-ground': '#11151a',
    '--mantine-color-text': '#e6e9ed',
    '--mantine-color-dimmed': '#a4adb9',
    '--mantine-color-placeholder': '#8b95a2',
    '--mantine-color-error': '#ff9a8f',
    '--mantine-color-default-border': '#343c46',
    '--db-surface': '#171c22',
    '--db-sunken': '#1d232a',
    '--db-line': '#2b323b',
    '--db-good': '#5fcf95',
    '--db-bad': '#ff9a8f',
    '--db-partial': '#f2b45a',
    '--db-moving': '#77bdc9',
    '--db-still': '#a4adb9',
  },
});
