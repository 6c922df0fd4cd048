/** A drawbridge on its way down: tower, deck, chain, water. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#0f5f6f" />
      <path fill="#fff" d="M5 7h2.2v1.8h1.9V7h2.2v1.8h1.9V7H15v16H5z" />
      <g fill="none" stroke="#fff" strokeLinecap="round">
        <path d="M15.5 21.5L26 13" strokeWidth="2.6" />
        <path d="M15 9.5L26 12.6" strokeWidth="1.3" />
        <path
          d="M4.5 26.6q2.3-1.8 4.6 0t4.6 0 4.6 0 4.6 0 4.6 0"
          strokeWidth="1.6"
          strokeOpacity=".75"
        />
      </g>
    </svg>
  );
}
