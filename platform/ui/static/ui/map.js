/* A map beside the coordinates of a place, where the operator has named a server of map pictures.
   Without this script the address, the two numbers and the phone's own location do the same. */
(() => {
  "use strict";
  const L = window.L;
  if (!L) return;
  const words = JSON.parse(document.getElementById("kata")?.textContent || "{}");
  const kata = (text) => words[text] || text;
  const icon = L.divIcon({
    className: "map-pin",
    html: '<svg viewBox="0 0 24 32" width="30" height="40" aria-hidden="true"><path d="M12 1a11 11 0 0 0-11 11c0 8 11 19 11 19s11-11 11-19A11 11 0 0 0 12 1z"/><circle cx="12" cy="12" r="4.5"/></svg>',
    iconSize: [30, 40],
    iconAnchor: [15, 39],
  });
  const number = (text) => Number(String(text).replace(",", "."));
  const point = (latitude, longitude) => {
    const found = [number(latitude), number(longitude)];
    return latitude !== "" && longitude !== "" && found.every(Number.isFinite) ? found : null;
  };

  const draw = (box) => {
    box.classList.add("map");
    const map = L.map(box, { zoomControl: false, scrollWheelZoom: false });
    map.attributionControl.setPrefix(false);
    L.control.zoom({ zoomInTitle: kata("Perbesar"), zoomOutTitle: kata("Perkecil") }).addTo(map);
    L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution, maxZoom: 19 }).addTo(map);
    return map;
  };

  // On a desk: where the place is, and no more.
  const fixed = (box) => {
    const at = point(box.dataset.lintang, box.dataset.bujur);
    if (!at) return;
    const map = draw(box).setView(at, 16);
    L.marker(at, { icon, keyboard: false, interactive: false, alt: "" }).addTo(map);
  };

  // The houses of a visit: all of them, and no more.
  const several = (box) => {
    const found = box.dataset.points.split(";").map((one) => point(...`${one},`.split(",").slice(0, 2))).filter(Boolean);
    if (!found.length) return;
    const map = draw(box);
    map.fitBounds(found, { maxZoom: 16, padding: [30, 30] });
    for (const at of found) L.marker(at, { icon, keyboard: false, interactive: false, alt: "" }).addTo(map);
  };

  const chosen = (box) => {
    const inputs = ["lintang", "bujur"].map((name) =>
      document.querySelector(`[name="${CSS.escape(box.dataset.map)}-${name}"]`),
    );
    if (inputs.some((input) => !input)) return;
    const map = draw(box);
    const note = document.createElement("p");
    note.className = "small muted";
    note.setAttribute("role", "status");
    let marker = null;

    const show = (at) => {
      if (!marker) {
        marker = L.marker(at, { icon, draggable: true, keyboard: false, alt: "" }).addTo(map);
        marker.on("dragend", () => choose(marker.getLatLng()));
      }
      marker.setLatLng(at);
    };
    const choose = ({ lat, lng }) => {
      [lat, lng].forEach((value, place) => (inputs[place].value = value.toFixed(6)));
      show([lat, lng]);
      note.textContent = kata("Penanda ditaruh di {place}.").replace("{place}", `${lat.toFixed(6)}, ${lng.toFixed(6)}`);
    };
    const typed = () => {
      const at = point(...inputs.map((input) => input.value.trim()));
      if (at) {
        show(at);
        map.setView(at, Math.max(map.getZoom(), 16));
      } else if (marker) {
        marker.remove();
        marker = null;
      }
    };

    map.setView(point(box.dataset.lintang, box.dataset.bujur), 8); // the province
    typed();
    map.on("click", ({ latlng }) => choose(latlng));
    inputs.forEach((input) => input.addEventListener("change", typed));

    // With the keyboard: arrows move the map, plus and minus zoom, Enter puts the marker.
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", kata("Peta. Panah menggeser, + dan − memperbesar, Enter menaruh penanda di tengah."));
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== box) return;
      event.preventDefault();
      choose(map.getCenter());
    });
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn slim";
    button.textContent = kata("Taruh penanda di tengah peta");
    button.addEventListener("click", () => choose(map.getCenter()));
    box.after(button, note);
  };

  for (const box of document.querySelectorAll("[data-tiles]")) {
    if (box.dataset.map) chosen(box);
    else if (box.dataset.points) several(box);
    else fixed(box);
  }
})();
