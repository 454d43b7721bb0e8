// Where the phone may already tell where it is, it does so without being asked again; nothing waits for it.

const find = document.querySelector("#raise-form [data-place-find]");
const latitude = document.querySelector("#raise-form [data-latitude]");

navigator.permissions?.query({ name: "geolocation" }).then((permission) => {
  if (permission.state === "granted" && !latitude.value) find.click();
});
