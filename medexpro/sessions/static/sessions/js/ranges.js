// Readings as typed: what can't be is refused at its field, what is unusual is asked about once. The figures are the
// measures' own; the server asks the same again.

// Return why a value can't be taken, or "".
export function impossible(range, text) {
  if (range.step >= 1 && !/^\d{1,3}$/.test(text)) return `“${text}” is not a whole number.`;
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(text)) return `“${text}” is not a number like 36.6.`;
  const [low, high] = range.possible;
  return Number(text) < low || Number(text) > high ? `${range.name} can be ${low} to ${high}, not ${text}. Measure again.` : "";
}

// Return the question about an unusual value, or "".
export function questionOf(range, text) {
  const [low, high] = range.usual;
  if (Number(text) >= low && Number(text) <= high) return "";
  return `${text} ${range.unit} is unusual: most lie between ${low} and ${high}. Is it right?`;
}
