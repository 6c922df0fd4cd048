import { Button, CopyButton } from '@mantine/core';
import classes from './code-block.module.css';

interface CopyProps {
  text: string;
  /** What is copied or scrolled, for those who can't see it: `the query`. */
  what: string;
}

interface CodeBlockProps extends CopyProps {
  /** Breaks a long line instead of scrolling it. */
  wraps?: boolean;
}

export function CodeBlock({ text, what, wraps }: CodeBlockProps) {
  return (
    <div className={classes['block']}>
      {/* Scrolls sideways, so the keyboard must reach it. */}
      <pre
        className={classes['text']}
        data-wraps={wraps || undefined}
        tabIndex={0}
        role="region"
        aria-label={what}
      >
        <code>{text}</code>
      </pre>
      <div className={classes['copy']}>
        <Copy text={text} what={what} />
      </div>
    </div>
  );
}

export function Copy({ text, what }: CopyProps) {
  return (
    <CopyButton value={text} timeout={2_000}>
      {({ copied, copy }) => (
        <Button
          size="compact-xs"
          variant="default"
          flex="none"
          onClick={copy}
          aria-label={`Copy ${what}`}
        >
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </Button>
      )}
    </CopyButton>
  );
}
