import { Button } from '@mantine/core';

interface MoreButtonProps {
  isShown: boolean;
  isBusy: boolean;
  more(): void;
  children: string;
}

export function MoreButton({ isShown, isBusy, more, children }: MoreButtonProps) {
  if (!isShown) return null;
  return (
    <Button variant="subtle" size="sm" fullWidth radius={0} loading={isBusy} onClick={more}>
      {children}
    </Button>
  );
}
