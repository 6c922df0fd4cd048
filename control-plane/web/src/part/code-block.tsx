import { Box, Button, CopyButton } from '@mantine/core';
import classes from './code-block.module.css';

interface CodeBlockProps {
  text: string;
  /** What is copied or scrolled, for those who can't see it: `the query`. */
  what: string;
}

export function CodeBlock({ text, what }: CodeBlockProps) {
  return (
    <Box className={classes['block'] ?? ''}>
      {/* Scrolls sideways, so the keyboard must reach it. */}
      <pre className={classes['text']} tabIndex={0} role="region" aria-label={what}>
        <code>{text}</code>
      </pre>
      <div className={classes['copy']}>
        <Copy text={text} what={what} />
      </div>
    </Box>
  );
}

export function Copy({ text, what }: CodeBlockProps) {
  return (
    <CopyButton value={text} timeout={2_000}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="default" onClick={copy} aria-label={`Copy ${what}`}>
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </Button>
      )}
    </CopyButton>
  );
}
