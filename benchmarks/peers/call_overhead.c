/* The least cost of a call of an extension: C does only what it has to do, written against Python's own C API.

   Argument passing is the fastest there is (METH_O, METH_FASTCALL), and nothing is checked that the work does not need.
   Built by build_c.py; the benchmarks of modules 01 and 06 use it. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stddef.h>
#include <structmember.h>

/* divide(a, b): a quotient of two floats, ValueError for a zero divisor. */
static PyObject *divide(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count) {
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "divide takes two arguments");
        return NULL;
    }
    double a = PyFloat_AsDouble(arguments[0]);
    double b = PyFloat_AsDouble(arguments[1]);
    if (PyErr_Occurred()) {
        return NULL;
    }
    if (b == 0.0) {
        PyErr_SetString(PyExc_ValueError, "Cannot divide by zero");
        return NULL;
    }
    return PyFloat_FromDouble(a / b);
}

typedef struct {
    PyObject_HEAD
    double balance;
} Account;

/* Account.deposit(amount): adds a float. No lock, no rules, no cents. */
static PyObject *deposit(PyObject *self, PyObject *amount) {
    double added = PyFloat_AsDouble(amount);
    if (added == -1.0 && PyErr_Occurred()) {
        return NULL;
    }
    ((Account *)self)->balance += added;
    Py_RETURN_NONE;
}

static PyMethodDef account_methods[] = {
    {"deposit", deposit, METH_O, "Pays in."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef account_members[] = {
    {"balance", T_DOUBLE, offsetof(Account, balance), READONLY, "What the account holds."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot account_slots[] = {
    {Py_tp_methods, account_methods},
    {Py_tp_members, account_members},
    {Py_tp_doc, "An account without rules."},
    {0, NULL},
};

static PyType_Spec account_spec = {
    .name = "call_overhead.Account",
    .basicsize = sizeof(Account),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = account_slots,
};

static int fill(PyObject *module) {
    PyObject *account = PyType_FromSpec(&account_spec);
    if (account == NULL) {
        return -1;
    }
    int status = PyModule_AddObjectRef(module, "Account", account);
    Py_DECREF(account);
    return status;
}

static PyMethodDef methods[] = {
    {"divide", (PyCFunction)(void (*)(void))divide, METH_FASTCALL, "The quotient of two floats."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)fill},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "call_overhead",
    .m_doc = "The least that a call of an extension costs.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_call_overhead(void) {
    return PyModuleDef_Init(&definition);
}
