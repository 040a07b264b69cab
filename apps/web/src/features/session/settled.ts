'use client';

import { useEffect, useState } from 'react';

/** The value once it has not changed for a while: what someone is still typing or dragging asks nobody anything. */
export function useSettled<Value>(value: Value, delayMs = 300): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
