// Reminders in this browser: the form's button asks the browser for a subscription, and sends what it gives.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const subscribed = async (form) => {
  const registration = await navigator.serviceWorker.register(form.dataset.pushWorker);
  const known = await registration.pushManager.getSubscription();
  await known?.unsubscribe(); // it may be of another key, or of whoever used this browser before
  await navigator.serviceWorker.ready;
  const made = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(form.dataset.push),
  });
  return made.toJSON();
};

export const bindPush = (part) => {
  part.querySelectorAll("form[data-push]").forEach((form) => {
    if (form.dataset.pushBound) return; // htmx reports the first page as loaded once more
    form.dataset.pushBound = "yes";
    const says = form.querySelector("[data-push-says]");
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
      says.textContent = says.dataset.pushUnable;
      form.querySelector("[type=submit]").disabled = true;
      return;
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      says.textContent = "";
      if ((await Notification.requestPermission()) !== "granted") {
        says.textContent = says.dataset.pushDenied;
        return;
      }
      try {
        const { endpoint, keys } = await subscribed(form);
        form.elements.endpoint.value = endpoint;
        form.elements.p256dh.value = keys.p256dh;
        form.elements.auth.value = keys.auth;
        form.submit();
      } catch {
        says.textContent = says.dataset.pushUnable;
      }
    });
  });
};
