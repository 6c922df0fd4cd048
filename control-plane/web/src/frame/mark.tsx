/** A drawbridge on its way down: tower, chain, deck, water. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#0f5f6f" />
      <g fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round">
        <path d="M8 25V8M8 8l15 11M8 19h17" />
        <path d="M5 25h22" strokeOpacity=".55" />
      </g>
    </svg>
  );
}
