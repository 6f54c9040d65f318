import { mount } from "./mount";
import { HttpTransport } from "./transport";

const element = document.getElementById("app");
if (element) mount(element, new HttpTransport());
