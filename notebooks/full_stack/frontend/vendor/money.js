// Writes cents as a price.
function money(cents) {
  return "€ " + (cents / 100).toFixed(2);
}
