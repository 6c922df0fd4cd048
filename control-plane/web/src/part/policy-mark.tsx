import { Text } from '@mantine/core';

/** By its SHA-256; whole, when pointed at. */
export function PolicyMark({ digest }: { digest: string | null | undefined }) {
  return digest ? (
    <Text span fz="inherit" ff="monospace" title={`SHA-256 ${digest}`}>
      {digest.slice(0, 12)}
    </Text>
  ) : (
    <Text span fz="inherit" c="dimmed" title="Its agent does whatever it is told.">
      No policy
    </Text>
  );
}
