/** Nine digits whose Luhn sum is a multiple of ten. Spaces, often typed between groups, are the caller's to remove. */
export const isSiren = (siren: string): boolean => {
  if (!/^\d{9}$/u.test(siren)) return false
  const sum = [...siren].reduce((total, digit, index) => {
    const weighted = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (weighted > 9 ? weighted - 9 : weighted)
  }, 0)
  return sum % 10 === 0
}
