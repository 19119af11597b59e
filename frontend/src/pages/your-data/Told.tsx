import { useEffect, useRef } from "react";
import classes from "./yourData.module.css";

/** What has just been done, in words; the keyboard goes on from there. */
export function Told({ text }: { text: string }) {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (text) line.current?.focus();
  }, [text]);
  return (
    <p ref={line} tabIndex={-1} role="status" className={classes.told}>
      {text}
    </p>
  );
}
