! Fortran peers of module 13's benchmark, called from Python through f2py. build_fortran.py builds them.
!
! q_A = sum over mu in A and all nu of P(mu,nu) * S(mu,nu), and dq_A the same with P - P0.
!
! mulliken_loops    The textbook's loops, as one writes them first. f2py hands Fortran its own order of memory: a matrix
!                   in C order is copied for it at each call, and the inner loop jumps through memory.
! mulliken_c_order  The same loops over matrices in C order, which f2py then takes as they are. In Fortran's eyes they are
!                   transposed, so the indices change places, and the inner loop runs along memory.
! mulliken_openmp   The same in C order, tuned: no temporary, atoms shared out among all cores, vector instructions.
! mulliken_columns  Tuned for matrices in Fortran's own order: column by column, with a sum for each row.

subroutine mulliken_loops(p, p0, s, orbs_per_atom, q, dq, n, nat)
    implicit none
    integer, intent(in) :: n, nat
    double precision, intent(in) :: p(n, n), p0(n, n), s(n, n)
    integer(8), intent(in) :: orbs_per_atom(nat)
    double precision, intent(out) :: q(nat), dq(nat)
    !f2py threadsafe
    integer :: a, b, mu, nu
    integer(8) :: orbital_a, orbital_b

    q = 0
    dq = 0
    mu = 1
    do a = 1, nat
        do orbital_a = 1, orbs_per_atom(a)
            nu = 1
            do b = 1, nat
                do orbital_b = 1, orbs_per_atom(b)
                    q(a) = q(a) + p(mu, nu) * s(mu, nu)
                    dq(a) = dq(a) + (p(mu, nu) - p0(mu, nu)) * s(mu, nu)
                    nu = nu + 1
                end do
            end do
            mu = mu + 1
        end do
    end do
end subroutine mulliken_loops

subroutine mulliken_c_order(p, p0, s, orbs_per_atom, q, dq, n, nat)
    implicit none
    integer, intent(in) :: n, nat
    double precision, intent(in) :: p(n, n), p0(n, n), s(n, n)
    integer(8), intent(in) :: orbs_per_atom(nat)
    double precision, intent(out) :: q(nat), dq(nat)
    !f2py intent(c) p, p0, s
    !f2py threadsafe
    integer :: a, b, mu, nu
    integer(8) :: orbital_a, orbital_b

    q = 0
    dq = 0
    mu = 1
    do a = 1, nat
        do orbital_a = 1, orbs_per_atom(a)
            nu = 1
            do b = 1, nat
                do orbital_b = 1, orbs_per_atom(b)
                    q(a) = q(a) + p(nu, mu) * s(nu, mu)
                    dq(a) = dq(a) + (p(nu, mu) - p0(nu, mu)) * s(nu, mu)
                    nu = nu + 1
                end do
            end do
            mu = mu + 1
        end do
    end do
end subroutine mulliken_c_order

subroutine mulliken_openmp(p, p0, s, orbs_per_atom, q, dq, n, nat)
    implicit none
    integer, intent(in) :: n, nat
    double precision, intent(in) :: p(n, n), p0(n, n), s(n, n)
    integer(8), intent(in) :: orbs_per_atom(nat)
    double precision, intent(out) :: q(nat), dq(nat)
    !f2py intent(c) p, p0, s
    !f2py threadsafe
    integer, parameter :: small = 128
    integer :: a, mu, nu
    integer(8) :: first(nat + 1)
    double precision :: q_a, dq_a

    first(1) = 1
    do a = 1, nat
        first(a + 1) = first(a) + orbs_per_atom(a)
    end do
    !$omp parallel do schedule(dynamic, 4) private(mu, nu, q_a, dq_a) if (n > small)
    do a = 1, nat
        q_a = 0
        dq_a = 0
        do mu = int(first(a)), int(first(a + 1)) - 1
            !$omp simd reduction(+ : q_a, dq_a)
            do nu = 1, n
                q_a = q_a + p(nu, mu) * s(nu, mu)
                dq_a = dq_a + (p(nu, mu) - p0(nu, mu)) * s(nu, mu)
            end do
        end do
        q(a) = q_a
        dq(a) = dq_a
    end do
    !$omp end parallel do
end subroutine mulliken_openmp

subroutine mulliken_columns(p, p0, s, orbs_per_atom, q, dq, n, nat)
    implicit none
    integer, intent(in) :: n, nat
    double precision, intent(in) :: p(n, n), p0(n, n), s(n, n)
    integer(8), intent(in) :: orbs_per_atom(nat)
    double precision, intent(out) :: q(nat), dq(nat)
    !f2py threadsafe
    integer, parameter :: small = 128
    integer :: a, mu, nu, first, last
    double precision :: q_row(n), dq_row(n)

    q_row = 0
    dq_row = 0
    !$omp parallel do schedule(static) private(mu) reduction(+ : q_row, dq_row) if (n > small)
    do nu = 1, n
        !$omp simd
        do mu = 1, n
            q_row(mu) = q_row(mu) + p(mu, nu) * s(mu, nu)
            dq_row(mu) = dq_row(mu) + (p(mu, nu) - p0(mu, nu)) * s(mu, nu)
        end do
    end do
    !$omp end parallel do
    last = 0
    do a = 1, nat
        first = last + 1
        last = last + int(orbs_per_atom(a))
        q(a) = sum(q_row(first:last))
        dq(a) = sum(dq_row(first:last))
    end do
end subroutine mulliken_columns
