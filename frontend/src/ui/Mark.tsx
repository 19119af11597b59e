/** A plumb line and its bob. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M6 2.5h12M12 2.5v8"
        fill="none"
        stroke="var(--link)"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <path
        d="M8.2 11h7.6v3.2L12 22l-3.8-7.8z"
        fill="var(--stage-pickup)"
        stroke="var(--stage-pickup)"
        strokeWidth="1.4"
        strokeLinejoin="round"
      />
    </svg>
  );
}
