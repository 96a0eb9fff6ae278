/* Lists the products, and orders one when its button is pressed. */
async function list() {
  const products = await (await fetch("/api/products")).json();
  document.querySelector("tbody").replaceChildren(...products.map(row));
}

// One product as a row of the table.
function row(product) {
  const shown = document.createElement("tr");
  for (const text of [product.name, money(product.cents), product.stock]) {
    shown.insertCell().textContent = text;
  }
  const button = document.createElement("button");
  button.textContent = "Order one";
  button.disabled = product.stock < 1;
  button.onclick = () => order(product.id);
  shown.insertCell().append(button);
  return shown;
}

async function order(product) {
  await fetch("/api/orders", { method: "POST", body: JSON.stringify({ product, count: 1 }) });
  await list();
}

list();
